export type { FakePod } from "./fake-pod-api.ts";
export { FakePodApi } from "./fake-pod-api.ts";
