// What generated code imports. It never changes in a way that old generated code notices.
export { ByteWriter, type MessageCodec, MessageReader } from "@ts-grain/remote";
export type { Awaitable, GrainFactory, GrainHooks } from "../grain/grain.ts";
export { GrainKind } from "../grain/grain.ts";
export type { GrainCaller, GrainCallOptions } from "../grain/grain-caller.ts";
export { grainClient } from "../grain/grain-client.ts";
export type { GrainCallContext, GrainContext } from "../grain/grain-context.ts";
export type { GrainErrorOptions } from "../grain/grain-error.ts";
export { GrainError } from "../grain/grain-error.ts";
export type {
  GrainMethodOptions,
  GrainReentrancy,
  GrainService,
  GrainServiceOptions,
} from "../grain/grain-service.ts";
export { grainService } from "../grain/grain-service.ts";
export type { Kind, KindOptions } from "../grain/kind.ts";
export { grainKind } from "../grain/kind.ts";
export {
  assertSet,
  assertType,
  bigintKey,
  booleanKey,
  entriesOf,
  fromText,
  hasBytes,
  isNotZero,
  isSet,
  itemsOf,
  knownEnum,
  numberKey,
  readMessage,
  setEntry,
  toText,
} from "./field-values.ts";
export type { StraightCode } from "./message-codec.ts";
export { messageCodec, noBytes } from "./message-codec.ts";
