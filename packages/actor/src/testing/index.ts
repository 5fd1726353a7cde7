export { quietLogger } from "./quiet-logger.ts";
export { type LogEntry, RecordingLogger } from "./recording-logger.ts";
export { type Received, TestProbe } from "./test-probe.ts";
export { TestSystem } from "./test-system.ts";
export { VirtualClock } from "./virtual-clock.ts";
