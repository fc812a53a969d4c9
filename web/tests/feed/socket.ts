/** A socket of the live line that keeps what was said, and says what a test tells it to. */
import { encode } from "@msgpack/msgpack";
import type { Socket } from "../../src/feed/feed";

export const HELLO = { op: "hello", conn: "c", server_time: "", heartbeat_s: 5 };

export class FakeSocket {
  sent: Record<string, unknown>[] = [];
  readyState = 1;
  binaryType: BinaryType = "blob";
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {}
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }
  frame(value: unknown): void {
    this.onmessage?.({ data: encode(value).slice().buffer } as MessageEvent);
  }
  drop(code: number): void {
    this.onclose?.({ code } as CloseEvent);
  }
}
