// `npm run registry`: packs the packages and serves them as an npm registry, until it is ended. The port may be given.
import "./require-node.mjs";
import { registryOfNpm, startLocalRegistry } from "./local-registry.mjs";

const port = Number(process.argv[2] ?? 4873);
const { url, names } = await startLocalRegistry({ folder: "dist", port, upstream: registryOfNpm() });
console.log(`${names.length} packages are served; in the terminal where you use them:\n`);
console.log(`  export npm_config_registry=${url}`);
