// Loads the generated codecs below a folder, and writes and reads random messages with each and with protobuf-es; says what
// differed. A program of its own, so that Node itself loads the code.
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ByteWriter, type MessageCodec } from "@ts-grain/cluster/codegenv1";
import { Choices } from "../codecs/choices.ts";
import { randomMessage } from "../codecs/random-message.ts";

const [folder = "."] = process.argv.slice(2);
const counts = { codecs: 0, messages: 0, wrong: [] as string[] };

for (const path of globSync("out/**/*_codec.js", { cwd: folder })) {
  const codecs: Record<string, MessageCodec> = await load(path);
  const schemas = await schemasBeside(path);
  for (const codec of Object.values(codecs)) {
    const schema = schemas.get(codec.typeName);
    if (schema) check(codec, schema);
  }
}
console.log(JSON.stringify(counts));

async function load<Exports extends object>(path: string): Promise<Exports> {
  return (await import(pathToFileURL(join(folder, path)).href)) as Exports;
}

/** The messages of the file for which the codecs were printed. */
async function schemasBeside(path: string): Promise<ReadonlyMap<string, DescMessage>> {
  const exported = Object.values(await load<Record<string, unknown>>(path.replace("_codec.js", "_pb.js")));
  const schemas = exported.filter(
    (value): value is DescMessage => typeof value === "object" && value !== null && "fields" in value,
  );
  return new Map(schemas.map((schema) => [schema.typeName, schema]));
}

function check(codec: MessageCodec, schema: DescMessage): void {
  counts.codecs++;
  const choices = new Choices(counts.codecs);
  for (let round = 0; round < 5; round++) {
    const message = randomMessage(choices, schema);
    const bytes = toBinary(schema, message);
    const into = new ByteWriter();
    codec.encode(message, into);
    const isSame =
      Buffer.compare(bytes, into.view()) === 0 &&
      isDeepStrictEqual(codec.decode(bytes, 0, bytes.length), fromBinary(schema, bytes));
    counts.messages++;
    if (!isSame) counts.wrong.push(codec.typeName);
  }
}
