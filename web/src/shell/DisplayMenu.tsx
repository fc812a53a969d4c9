/** Opens the settings of the page's look and keys. */
import { SlidersHorizontal } from "lucide-react";
import { lazy, Suspense } from "react";
import { Menu } from "../ui/Menu";

const DisplaySettings = lazy(() =>
  import("./DisplaySettings").then((module) => ({ default: module.DisplaySettings })),
);

export function DisplayMenu() {
  return (
    <div data-key="display">
      <Menu label="Display" button={<SlidersHorizontal size={15} aria-hidden="true" />}>
        <Suspense fallback={null}>
          <DisplaySettings />
        </Suspense>
      </Menu>
    </div>
  );
}
