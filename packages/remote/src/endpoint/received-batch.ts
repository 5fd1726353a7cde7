import type { RecentTables } from "../wire/batch-reader.ts";
import type { ByteReader } from "../wire/byte-reader.ts";
import type { Peer } from "./peer.ts";

/** A batch that arrived, and who sent it. */
export interface ReceivedBatch {
  readonly peer: Peer;
  readonly frame: Uint8Array;
  /** Stands at the beginning of the batch inside the frame. */
  readonly body: ByteReader;
  /** Of the batches before, on the same connection. */
  readonly recent: RecentTables;
}
