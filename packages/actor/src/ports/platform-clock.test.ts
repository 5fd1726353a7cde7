import { afterEach, expect, test, vi } from "vitest";
import { platformNowMs } from "./platform-clock.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.resetModules();
});

test("the platform's clock is a test's while that has replaced the timers and the clock", () => {
  const before = platformNowMs();
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  const startMs = platformNowMs();
  vi.advanceTimersByTime(86_400_000);
  expect(platformNowMs()).toBe(startMs + 86_400_000);
  vi.useRealTimers();
  expect(platformNowMs()).toBeGreaterThanOrEqual(before);
  expect(platformNowMs()).toBeLessThan(before + 86_400_000);
});

test("the platform's clock is not the test's for good where it was loaded while the timers were replaced", async () => {
  const before = platformNowMs();
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  vi.resetModules();
  const { platformNowMs: loadedEarly } = await import("./platform-clock.ts");
  vi.advanceTimersByTime(2 * 86_400_000);
  vi.useRealTimers();
  expect(loadedEarly()).toBeGreaterThanOrEqual(before);
  expect(loadedEarly()).toBeLessThan(before + 86_400_000);
});
