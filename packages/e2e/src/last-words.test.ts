import { expect, test } from "vitest";
import { TextMember } from "./text-member.ts";
import { TextProcess } from "./text-process.ts";

const megabyte = "x".repeat(1024 * 1024);

test.each([
  ["8 MB", "open", Array.from({ length: 8 }, (_text, index) => `${index} ${megabyte}`)],
  ["a few, over a connection that is still being opened", "none", ["last", "words"]],
] as const)(
  "what a process sent before its remote was shut down arrives though it ends then: %s",
  async (_size, connection, texts) => {
    await using listener = await TextMember.start();
    await using speaker = await TextProcess.fork();
    await speaker.start({});
    await speaker.sayAndEnd(listener.remote.address, { connection, texts });
    await expect.poll(() => listener.collected.length).toBe(texts.length);
    expect(listener.collected).toEqual(texts);
  },
);
