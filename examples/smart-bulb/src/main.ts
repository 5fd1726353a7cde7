// `npm start` runs two members in this process; `npm start -- --provider consul` runs one member that finds those of
// other processes, until it is told to end.
import { parseArgs } from "node:util";
import { runDemo } from "./demo.ts";
import { runMember } from "./member.ts";
import { createProvider } from "./provider.ts";

const { values } = parseArgs({
  options: {
    provider: { type: "string", default: "in-process" },
    // Only for automanaged: where this process says who it is.
    port: { type: "string", default: "6330" },
  },
});

if (values.provider === "in-process") await runDemo();
else await runMember(createProvider(values.provider, Number(values.port)));
