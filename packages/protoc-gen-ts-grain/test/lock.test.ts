import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { compile, type Files, respond, temporaryFolder } from "./harness.ts";

const options = readFileSync(new URL("../proto/tsgrain/v1/options.proto", import.meta.url), "utf8");

/** A service Bulb; versions stand in different files, as one set of descriptors holds them all. */
function version(name: string, rpcs: string, kind = "Bulb"): Files {
  return {
    [`${name}.proto`]: `syntax = "proto3";
package ${name};
import "google/protobuf/empty.proto";
import "messages.proto";
import "tsgrain/v1/options.proto";
service ${kind} {
${rpcs}
}
`,
  };
}

const before = `  rpc A(m.M) returns (m.M);
  rpc B(m.M) returns (m.M) { option idempotency_level = IDEMPOTENT; }
  rpc C(m.M) returns (google.protobuf.Empty);
  rpc D(m.M) returns (stream m.M);`;

/** Changes that an earlier member would not survive; what is said of each. */
const refused: Readonly<Record<string, readonly [rpcs: string, errors: readonly string[]]>> = {
  swapped: [
    `  rpc B(m.M) returns (m.M) { option idempotency_level = IDEMPOTENT; }
  rpc A(m.M) returns (m.M);
  rpc C(m.M) returns (google.protobuf.Empty);
  rpc D(m.M) returns (stream m.M);`,
    [
      "swapped.proto:8:3: rpc swapped.Bulb.A travels as 1, and as 0 with members of the earlier contract. Put new rpcs at the end, or pin this one with option (tsgrain.v1.method).index = 0.",
      "swapped.proto:7:3: rpc swapped.Bulb.B travels as 0, and as 1 with members of the earlier contract. Put new rpcs at the end, or pin this one with option (tsgrain.v1.method).index = 1.",
    ],
  ],
  gone: [
    `  rpc A(m.M) returns (m.M);
  rpc B(m.M) returns (m.M) { option idempotency_level = IDEMPOTENT; }
  rpc X(m.M) returns (m.M);
  rpc D(m.M) returns (stream m.M);`,
    [
      'gone.proto:6:1: rpc C of kind Bulb is gone, and members of the earlier contract still call it. Keep it, deprecated; or, if nobody calls it any more, add "removed": true to it in LOCK.',
    ],
  ],
  types: [
    `  rpc A(m.N) returns (m.N);
  rpc B(m.M) returns (m.M) { option idempotency_level = IDEMPOTENT; }
  rpc C(m.M) returns (google.protobuf.Empty);
  rpc D(m.M) returns (stream m.M);`,
    [
      "types.proto:7:3: rpc types.Bulb.A takes m.N, and m.M with members of the earlier contract. Leave it as it was, and add another rpc at the end.",
      "types.proto:7:3: rpc types.Bulb.A returns m.N, and m.M with members of the earlier contract. Leave it as it was, and add another rpc at the end.",
    ],
  ],
  once: [
    before.replace(" { option idempotency_level = IDEMPOTENT; }", ";"),
    [
      "once.proto:8:3: rpc once.Bulb.B is no longer idempotent, and members of the earlier contract may send a call twice. Leave it as it was, and add another rpc at the end; or, if nobody calls it any more, correct it in LOCK.",
    ],
  ],
  streams: [
    before.replace("rpc A(m.M) returns (m.M)", "rpc A(m.M) returns (stream m.M)"),
    [
      "streams.proto:7:3: rpc streams.Bulb.A streams, and members of the earlier contract still call it. Give the streaming rpc another name.",
    ],
  ],
  repinned: [
    before.replace(
      "returns (google.protobuf.Empty);",
      "returns (google.protobuf.Empty) {\n    option (tsgrain.v1.method).index = 9;\n  }",
    ),
    [
      "repinned.proto:10:5: rpc repinned.Bulb.C travels as 9, and as 2 with members of the earlier contract. Put new rpcs at the end, or pin this one with option (tsgrain.v1.method).index = 2.",
    ],
  ],
};

const files: Files = {
  "tsgrain/v1/options.proto": options,
  "messages.proto": 'syntax = "proto3";\npackage m;\nmessage M {}\nmessage N {}\n',
  ...version("before", before),
  ...version("other", "  rpc A(m.M) returns (m.M);", "Lamp"),
  ...version("twin", before),
  ...version(
    "reused",
    before.replace("rpc C(m.M) returns (google.protobuf.Empty)", "rpc X(m.M) returns (m.M)"),
  ),
  ...version("restored", before.replace("returns (google.protobuf.Empty)", "returns (m.M)")),
  ...version("added", `${before}\n  rpc E(m.M) returns (m.M);`),
  ...version("shrunk", "", "Lamp"),
  ...Object.assign({}, ...Object.entries(refused).map(([name, [rpcs]]) => version(name, rpcs))),
};
const set = compile(files);

interface Locked {
  readonly path: string;
  readonly lock: string;
  readonly read: () => string;
  /** Generates with the lock; the error, with LOCK for its path. */
  readonly run: (paths: readonly string[], other?: FileDescriptorSet) => string;
}

/** Calls the test with a lock in a folder of its own. */
function withLock(work: (locked: Locked) => void): void {
  using folder = temporaryFolder();
  const lock = join(folder.path, "ts-grain.lock.json");
  work({
    path: folder.path,
    lock,
    read: () => readFileSync(lock, "utf8"),
    run: (paths, other = set) => {
      const parameter = `target=ts,streaming=skip,lock=${lock}`;
      const { error, file } = respond(createPlugin(), { set: other, files: paths, parameter });
      const grains = file.filter(({ name }) => name.endsWith("_grain.ts"));
      expect(grains).toHaveLength(error === "" ? paths.length : 0);
      return error.replaceAll(lock, "LOCK");
    },
  });
}

test("the first run writes the lock, and the next leaves it as it is", () => {
  withLock(({ run, read, path, lock }) => {
    expect(run(["before.proto"])).toBe("");
    const written = read();
    expect(JSON.parse(written)).toEqual({
      version: 1,
      kinds: {
        Bulb: {
          service: "before.Bulb",
          file: "before.proto",
          methods: {
            A: { index: 0, input: "m.M", output: "m.M" },
            B: { index: 1, input: "m.M", output: "m.M", idempotency: "idempotent" },
            C: { index: 2, input: "m.M", output: "google.protobuf.Empty" },
            D: { index: 3, input: "m.M", output: "m.M", streaming: true },
          },
        },
      },
    });
    const { ino } = statSync(lock);
    expect(run(["before.proto"])).toBe("");
    expect(read()).toBe(written);
    expect(statSync(lock).ino).toBe(ino);
    expect(readdirSync(path)).toEqual(["ts-grain.lock.json"]);
  });
});

test.each(Object.entries(refused))(
  "a contract that is %s is refused, and the lock stays",
  (name, [, errors]) => {
    withLock(({ run, read }) => {
      run(["before.proto"]);
      const written = read();
      expect(run([`${name}.proto`]).split("\n")).toEqual(errors);
      expect(read()).toBe(written);
    });
  },
);

test("an allowed change brings the lock up to date", () => {
  withLock(({ run, read }) => {
    run(["before.proto"]);
    expect(run(["added.proto"])).toBe("");
    expect(JSON.parse(read()).kinds.Bulb).toMatchObject({
      service: "added.Bulb",
      methods: { A: { index: 0 }, E: { index: 4, input: "m.M", output: "m.M" } },
    });
  });
});

test("kinds of other files stay in the lock, as buf runs the plugin for each folder", () => {
  withLock(({ run, read }) => {
    run(["other.proto"]);
    run(["before.proto"]);
    expect(Object.keys(JSON.parse(read()).kinds)).toEqual(["Bulb", "Lamp"]);
    expect(run(["before.proto", "other.proto"])).toBe("");
  });
});

test("two services of one kind are refused", () => {
  withLock(({ run, lock }) => {
    expect(run(["before.proto", "twin.proto"])).toBe(
      "twin.proto:6:1: service twin.Bulb and service before.Bulb both make kind Bulb, of which the lock holds one. Name one of them with option (tsgrain.v1.kind).name.",
    );
    expect(existsSync(lock)).toBe(false);
  });
});

test("a service that is gone from its file is refused", () => {
  const without = compile({
    ...files,
    "other.proto": files["shrunk.proto"]!.replace("Lamp", "Torch").replace("shrunk", "other"),
  });
  withLock(({ run }) => {
    run(["other.proto"]);
    expect(run(["other.proto"], without)).toBe(
      'other.proto: service other.Lamp is gone, and members of the earlier contract still call its kind Lamp. Keep it; if another service takes its place, give that option (tsgrain.v1.kind).name = "Lamp"; or, if nobody calls it any more, delete it from LOCK.',
    );
  });
});

describe("an rpc that was marked as removed", () => {
  function removeC({ run, read, lock }: Locked): void {
    run(["before.proto"]);
    const parsed = JSON.parse(read());
    parsed.kinds.Bulb.methods.C.removed = true;
    writeFileSync(lock, JSON.stringify(parsed));
  }

  test("may be gone; its index stays taken", () => {
    withLock((locked) => {
      removeC(locked);
      expect(locked.run(["gone.proto"])).toBe(
        "gone.proto:9:3: rpc gone.Bulb.X travels as 2, as the removed rpc C did. Pin it with option (tsgrain.v1.method).index = 4.",
      );
    });
  });

  test("may come back as it was", () => {
    withLock((locked) => {
      removeC(locked);
      expect(locked.run(["before.proto"])).toBe("");
      expect(JSON.parse(locked.read()).kinds.Bulb.methods.C).not.toHaveProperty("removed");
    });
  });

  test("may not come back as another", () => {
    withLock((locked) => {
      removeC(locked);
      expect(locked.run(["restored.proto"])).toBe(
        "restored.proto:9:3: rpc restored.Bulb.C was removed, and comes back as another rpc. Give it another name, or delete the one that was removed from LOCK.",
      );
    });
  });
});

test.each([
  ["no JSON", "{"],
  ["another version", '{"version":2,"kinds":{}}'],
  ["no kinds", '{"version":1}'],
  ["a kind without methods", '{"version":1,"kinds":{"Bulb":{"service":"a","file":"b"}}}'],
  ["a method without index", '{"version":1,"kinds":{"Bulb":{"service":"a","file":"b","methods":{"A":{}}}}}'],
  ["conflict marks", "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"],
  ["a deep list", "[".repeat(100_000)],
])("a lock with %s is refused and stays as it is", (_what, text) => {
  withLock(({ run, read, lock }) => {
    writeFileSync(lock, text);
    expect(run(["before.proto"])).toBe(
      '"LOCK" is no contract lock of version 1. Take it from version control again.',
    );
    expect(read()).toBe(text);
  });
});

test("keys that mean something to JavaScript are names like any other", () => {
  withLock(({ run, lock }) => {
    writeFileSync(lock, '{"version":1,"kinds":{"__proto__":{"service":"p.S","file":"p","methods":{}}}}');
    expect(run(["before.proto"])).toBe("");
    expect(Object.keys(JSON.parse(readFileSync(lock, "utf8")).kinds)).toEqual(["Bulb", "__proto__"]);
    expect({}).not.toHaveProperty("service");
  });
});

test("a lock in a folder that is not there is refused", () => {
  const { error } = respond(createPlugin(), {
    set,
    files: ["before.proto"],
    parameter: "target=ts,streaming=skip,lock=/nowhere/at/all/ts-grain.lock.json",
  });
  expect(error).toBe(
    '"/nowhere/at/all/ts-grain.lock.json.busy" cannot be written (ENOENT). Correct the parameter lock.',
  );
});
