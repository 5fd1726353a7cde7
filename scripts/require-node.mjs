// Stops with a clear sentence on a Node that is too old for this repository. Every script that a person
// may start imports this first, because npm itself only warns.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This repository needs Node 22.18 or newer, and runs on ${process.version}. Start it through npm ` +
      "('npm ci' puts a Node 24 into node_modules/.bin on Linux and Windows), or install a newer Node.",
  );
  process.exit(1);
}
