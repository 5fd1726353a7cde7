/** What a figure counts. Of the rates more is better, of all others less is. */
export type Unit =
  | "msg/s"
  | "req/s"
  | "spawns/s"
  | "activations/s"
  | "calls/s"
  | "calls/CPU s"
  | "req/CPU s"
  | "ns to enqueue"
  | "p50 us"
  | "p99 us"
  | "ms"
  | "ms to join"
  | "ms to leave"
  | "ms longest call"
  | "B per idle actor"
  | "B per idle grain"
  | "B per queued message";

/** One figure of one run. */
export interface Sample {
  readonly unit: Unit;
  readonly value: number;
}
