/** Takes what a block shows along: as CSV, to the clipboard, or a picture of it. */
import { Copy, Download, Image as ImageIcon, MoreHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { getFile } from "../api/client";
import { Menu } from "../ui/Menu";
import { toast } from "../ui/toast";
import { wordsOf } from "./ActionButton";
import { csvOf, download, fileName, pngOf, type TableData, tsvOf } from "./exporting";
import type { Address } from "./sources";

type ExportMenuProps = {
  title: string;
  /** Called when it is wanted: what changes by the second need not be kept as a table. */
  data: () => TableData;
  /** The same with names as the server sent them, for files; where there are no others, absent. */
  sent?: () => TableData;
  body: { current: HTMLElement | null };
  isChart: boolean;
  /** Where the server has it as a Parquet file; absent where it has none. */
  parquet?: Address | undefined;
};

export function ExportMenu({ title, data, sent = data, body, isChart, parquet }: ExportMenuProps) {
  const csv = () =>
    download(fileName(title, "csv"), new Blob([csvOf(sent())], { type: "text/csv;charset=utf-8" }));
  const copy = async () => {
    const table = data();
    try {
      await navigator.clipboard.writeText(tsvOf(table));
      toast({ tone: "ok", title: "Copied", text: `${table.rows.length} rows of ${title}` });
    } catch {
      toast({
        tone: "warn",
        title: "Not copied",
        text: "The browser does not let this page use the clipboard.",
      });
    }
  };
  const columns = async (address: Address) => {
    try {
      download(fileName(title, "parquet"), await getFile(address.path, address.query));
    } catch (error) {
      toast({ tone: "warn", title: "Not saved", text: wordsOf(error) });
    }
  };
  const png = async () => {
    const blob = body.current ? await pngOf(body.current) : null;
    if (blob) download(fileName(title, "png"), blob);
    else toast({ tone: "warn", title: "No picture", text: "There is no chart to take a picture of." });
  };
  return (
    <Menu
      label={`Export ${title}`}
      className="spec-export"
      button={<MoreHorizontal size={14} aria-hidden="true" />}
    >
      {(close) => (
        <>
          <MenuItem
            icon={<Download size={13} aria-hidden="true" />}
            text="Save as CSV"
            close={close}
            run={csv}
          />
          {parquet ? (
            <MenuItem
              icon={<Download size={13} aria-hidden="true" />}
              text="Save as Parquet"
              close={close}
              run={() => columns(parquet)}
            />
          ) : null}
          <MenuItem icon={<Copy size={13} aria-hidden="true" />} text="Copy" close={close} run={copy} />
          {isChart ? (
            <MenuItem
              icon={<ImageIcon size={13} aria-hidden="true" />}
              text="Save as PNG"
              close={close}
              run={png}
            />
          ) : null}
        </>
      )}
    </Menu>
  );
}

type MenuItemProps = { icon: ReactNode; text: string; run: () => unknown; close: () => void };

function MenuItem({ icon, text, run, close }: MenuItemProps) {
  const press = () => {
    close();
    void run();
  };
  return (
    <button type="button" className="spec-menu-item" onClick={press}>
      {icon} {text}
    </button>
  );
}
