/** Opens what can be done about one's own login. */
import { CircleUserRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Me } from "../api/types";
import { Menu } from "../ui/Menu";

const UserSheet = lazy(() => import("./UserSheet").then((module) => ({ default: module.UserSheet })));
const ChangePasswordDialog = lazy(() =>
  import("./UserSheet").then((module) => ({ default: module.ChangePasswordDialog })),
);

export function UserMenu({ me }: { me: Me }) {
  const [isChanging, setChanging] = useState(false);
  return (
    <Suspense fallback={null}>
      <Menu label={`Signed in as ${me.name}`} button={<CircleUserRound size={16} aria-hidden="true" />}>
        {(close) => (
          <Suspense fallback={null}>
            <UserSheet
              me={me}
              onChange={() => {
                close();
                setChanging(true);
              }}
            />
          </Suspense>
        )}
      </Menu>
      {isChanging ? <ChangePasswordDialog onClose={() => setChanging(false)} /> : null}
    </Suspense>
  );
}
