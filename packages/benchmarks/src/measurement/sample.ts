/** What a figure counts. Of the rates more is better, of all others less is. */
export type Unit =
  | "msg/s"
  | "req/s"
  | "spawns/s"
  | "ns to enqueue"
  | "p50 us"
  | "p99 us"
  | "ms"
  | "B per idle actor"
  | "B per queued message";

/** One figure of one run. */
export interface Sample {
  readonly unit: Unit;
  readonly value: number;
}
