import { describe, expect, test } from "vitest";
import { configureRemote, type RemoteOptions } from "./remote-config.ts";

describe("a remote is refused, with the option's name,", () => {
  const cases: readonly (readonly [string, RemoteOptions, string])[] = [
    ["if its event loop is to look for less than no time", { busyPollMs: -1 }, "busyPollMs"],
    ["if its event loop is to look for very long", { busyPollMs: 101 }, "busyPollMs"],
    ["if its event loop is to look for ever", { busyPollMs: Number.POSITIVE_INFINITY }, "busyPollMs"],
    ["if what is to be a time is no number", { busyPollMs: Number.NaN }, "busyPollMs"],
    ["if it may try to connect no time at all", { connectAttempts: 0 }, "connectAttempts"],
    ["if it is to take no name", { maxNameBytes: 0 }, "maxNameBytes"],
    ["if how many headers it takes is no number", { maxHeaders: Number.NaN }, "maxHeaders"],
    ["if it is to take headers of less than no length", { maxHeaderBytes: -1 }, "maxHeaderBytes"],
    ["if its advertised address has no port", { advertisedHost: "member-1" }, "advertisedHost"],
    ["if its token can be guessed", { clusterToken: "secret" }, "clusterToken"],
  ];
  test.each(cases)("%s", (_name, options, option) => {
    expect(() => configureRemote("localhost", 0, options)).toThrow(
      expect.objectContaining({ code: "invalid_options", message: expect.stringContaining(option) }),
    );
  });

  test.each([-1, 65_536, 80.5])("if its port is %d", (port) => {
    expect(() => configureRemote("localhost", port)).toThrow(
      expect.objectContaining({ code: "invalid_options", message: expect.stringContaining("port") }),
    );
  });
});
