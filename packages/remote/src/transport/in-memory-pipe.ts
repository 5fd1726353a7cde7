import type { Clock } from "@ts-grain/actor";
import type { ConnectionHandlers } from "./transport.ts";

/** How one direction of an in-memory connection behaves. */
export interface PipeWeather {
  readonly clock: Clock;
  /** Milliseconds that the next frame travels. */
  readonly delayMs: () => number;
  /** Whether the next frame is lost, and the connection with it. */
  readonly loses: () => boolean;
}

/** What a pipe tells its connection. */
export interface PipeEvents {
  /** A frame was lost. */
  readonly onLost: () => void;
  /** The end has come to the other side, after all that was before it. */
  readonly onEnd: () => void;
}

type Item =
  | { readonly atMs: number; readonly frame: Uint8Array; readonly messages: number }
  | { readonly atMs: number; readonly end: Error | undefined };

/** Above this many bytes under way `send` asks to wait. */
const highWaterBytes = 1024 * 1024;

/** One direction of an in-memory connection: what goes in comes out later, in order. */
export class InMemoryPipe {
  readonly #weather: PipeWeather;
  readonly #events: PipeEvents;
  #items: Item[] = [];
  #lastAtMs = 0;
  #bytes = 0;
  #unproven = 0;
  #isFull = false;
  #isScheduled = false;
  #receiver: ConnectionHandlers | undefined;
  #sender: ConnectionHandlers | undefined;

  constructor(weather: PipeWeather, events: PipeEvents) {
    this.#weather = weather;
    this.#events = events;
  }

  /** Whoever hears frames and the end; undefined after it said that it wants no more. */
  set receiver(handlers: ConnectionHandlers | undefined) {
    this.#receiver = handlers;
  }

  /** Whoever hears that there is room again. */
  set sender(handlers: ConnectionHandlers | undefined) {
    this.#sender = handlers;
  }

  /** Messages that were sent and have not been received. */
  get unproven(): number {
    return this.#unproven;
  }

  send(frame: Uint8Array, messages: number): boolean {
    this.#unproven += messages;
    if (this.#weather.loses()) {
      this.#events.onLost();
      return true;
    }
    this.#bytes += frame.length;
    this.#isFull = this.#bytes > highWaterBytes;
    this.#push({ atMs: this.#arrivalMs(), frame, messages });
    return !this.#isFull;
  }

  /** The end, after everything that was sent. */
  finish(error?: Error): void {
    this.#push({ atMs: this.#arrivalMs(), end: error });
  }

  /** The end, at once: what is under way is lost. */
  break(error: Error): void {
    this.#items = [{ atMs: 0, end: error }];
    queueMicrotask(() => this.#deliverDue());
  }

  #arrivalMs(): number {
    this.#lastAtMs = Math.max(this.#lastAtMs, this.#weather.clock.nowMs() + this.#weather.delayMs());
    return this.#lastAtMs;
  }

  #push(item: Item): void {
    this.#items.push(item);
    this.#schedule();
  }

  #schedule(): void {
    const next = this.#items[0];
    if (next === undefined || this.#isScheduled) return;
    this.#isScheduled = true;
    const waitMs = next.atMs - this.#weather.clock.nowMs();
    const deliver = () => this.#deliverDue();
    if (waitMs > 0) this.#weather.clock.schedule(waitMs, deliver);
    else queueMicrotask(deliver);
  }

  #deliverDue(): void {
    this.#isScheduled = false;
    const nowMs = this.#weather.clock.nowMs();
    const notDue = this.#items.findIndex((item) => item.atMs > nowMs);
    const due = this.#items.splice(0, notDue === -1 ? this.#items.length : notDue);
    for (const item of due) this.#deliver(item);
    this.#schedule();
  }

  #deliver(item: Item): void {
    if ("end" in item) {
      const receiver = this.#receiver;
      this.#receiver = undefined;
      receiver?.onClose(item.end);
      this.#events.onEnd();
      return;
    }
    this.#bytes -= item.frame.length;
    if (this.#receiver !== undefined) this.#unproven -= item.messages;
    this.#receiver?.onFrame(item.frame);
    if (this.#isFull && this.#bytes <= highWaterBytes) {
      this.#isFull = false;
      this.#sender?.onWritable();
    }
  }
}
