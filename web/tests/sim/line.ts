/** The live line of a page under test: it has what a test tells it, for whoever subscribes. In place of `feed/line`. */
import { Feed, type Socket } from "../../src/feed/feed";
import { FakeSocket, HELLO } from "../feed/socket";

type RowList = readonly object[];
const KEPT = [
  ["sim/tape/", 100],
  ["sim/heat/", 600],
] as const;

class Server extends FakeSocket {
  told: Record<string, RowList> = {};
  readonly #ids = new Map<string, number>();

  override send(text: string): void {
    super.send(text);
    const { op, id, topic } = JSON.parse(text) as { op: string; id: number; topic: string };
    if (op === "sub") {
      this.#ids.set(topic, id);
      const kept = KEPT.find(([begin]) => topic.startsWith(begin))?.[1];
      this.say({ op: "subbed", id, topic, kind: "state", kept });
      this.tell(topic, this.told[topic] ?? []);
    } else if (op === "unsub") {
      for (const [each, known] of this.#ids) if (known === id) this.#ids.delete(each);
    }
  }

  /** Topics that are listened to. */
  get topics(): string[] {
    return [...this.#ids.keys()].sort();
  }

  /** Tell rows of a topic, all there are unless `snap` says otherwise. */
  tell(topic: string, rows: RowList, snap = true): void {
    this.told[topic] = rows;
    const id = this.#ids.get(topic);
    if (id !== undefined) this.frame({ s: id, q: 1, snap, rows });
  }

  /** Have other rows, also for those who listen already. */
  begin(told: Record<string, RowList>): void {
    this.told = told;
    for (const topic of this.topics) this.tell(topic, told[topic] ?? []);
  }
}

export const server = new Server();
export const feed = new Feed({ openSocket: () => server as unknown as Socket, renew: async () => true });
feed.start();
server.say(HELLO);

/** It is open for as long as the test runs. */
export function startLine(): () => void {
  return () => {};
}
