// Stops with a clear sentence on a Node that is too old for this repository. Every script that a person
// may start imports this first, because npm itself only warns.
const [major] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error(
    `This repository needs Node 24 or newer, and runs on ${process.version}. Start it through npm ` +
      "('npm ci' puts one into node_modules/.bin on Linux and Windows), or install it.",
  );
  process.exit(1);
}
