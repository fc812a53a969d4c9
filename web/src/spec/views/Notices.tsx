/** What needs attention: rows of several sources that meet a rule, most severe first. */
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { formatWord } from "../../lib/format";
import { useSpec } from "../context";
import { Link } from "../Link";
import { fill, fillWords, holds, PointerError, valueAt } from "../pointer";
import type { NoticesOptions, Rule } from "../types";
import type { ViewProps } from "./view";

export type Notice = {
  key: string;
  severity: Rule["severity"];
  title: string;
  text: string;
  link: string | null;
};

const ORDER = { error: 0, warning: 1, info: 2 };
const ICONS = { error: CircleAlert, warning: TriangleAlert, info: Info };

/** Every notice the rules find; a source that is not there finds none. */
export function noticesOf(rules: readonly Rule[], read: (pointer: string) => unknown): Notice[] {
  const found = rules.flatMap((rule) => {
    const rows = rowsAt(rule.data, read);
    return rows
      .filter((row) => holds(row, rule.when) && !(rule.unless && holds(row, rule.unless)))
      .map((row) => noticeOf(rule, row));
  });
  return found.sort((left, right) => ORDER[left.severity] - ORDER[right.severity]);
}

function rowsAt(pointer: string, read: (pointer: string) => unknown): unknown[] {
  try {
    const value = read(pointer);
    if (Array.isArray(value)) return value;
    return value === null || value === undefined ? [] : [value];
  } catch (error) {
    if (error instanceof PointerError) return [];
    throw error;
  }
}

function noticeOf(rule: Rule, row: unknown): Notice {
  const word = (name: string) => {
    const value = valueAt(row, name);
    return name === "state" && typeof value === "string" ? formatWord(value).toLowerCase() : value;
  };
  const title = fillWords(rule.title, word).replace(/: GLOBAL$/, " everywhere");
  const text = fillWords(rule.text, word);
  const link = rule.link ? fill(rule.link, (name) => valueAt(row, name), encodeURIComponent) : null;
  return { key: `${rule.severity} ${title} ${text}`, severity: rule.severity, title, text, link };
}

export default function Notices({ block }: ViewProps) {
  const { read } = useSpec();
  const notices = noticesOf((block.opts as NoticesOptions).rules, read);
  if (notices.length === 0)
    return <p className="spec-all-well">{block.empty ?? "Nothing needs attention."}</p>;
  return (
    <ul className="spec-notices">
      {notices.map((notice) => (
        <NoticeView key={notice.key} notice={notice} />
      ))}
    </ul>
  );
}

function NoticeView({ notice }: { notice: Notice }) {
  const Icon = ICONS[notice.severity];
  return (
    <li className={`spec-notice notice-${notice.severity}`}>
      <Icon size={14} aria-hidden="true" />
      <div>
        <p className="spec-notice-title">
          <span className="visually-hidden">{notice.severity}: </span>
          {notice.link ? <Link to={notice.link}>{notice.title}</Link> : notice.title}
        </p>
        {notice.text ? <p className="spec-notice-text">{notice.text}</p> : null}
      </div>
    </li>
  );
}
