export { quietLogger } from "./quiet-logger.ts";
export { TestProbe } from "./test-probe.ts";
export { VirtualClock } from "./virtual-clock.ts";
