// An npm registry for the packages that `npm run pack` has put into dist/: they install from it as they will once they
// are published. Requests for any other package are sent on to the registry that npm is set to.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/**
 * Serves the packed packages on this machine for as long as the process runs.
 *
 * @param {{ folder: string, port: number, upstream: string }} options `folder` has the tarballs; port 0 is any
 * @returns {Promise<{ url: string, names: string[] }>}
 */
export async function startLocalRegistry({ folder, port, upstream }) {
  const packed = globSync("*.tgz", { cwd: folder }).map((file) => readPackage(folder, file));
  if (packed.length === 0) throw new Error(`no packed package in ${folder}: npm run pack makes them`);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://registry").pathname.slice(1));
    const tarball = packed.find(({ file }) => path === `-/${file}`)?.tarball;
    const found = packed.find(({ manifest }) => path === manifest.name);
    if (tarball) response.end(tarball);
    else if (found) response.end(JSON.stringify(describe(found, `http://${request.headers.host}`)));
    else response.writeHead(302, { location: new URL(request.url, upstream).href }).end();
  });
  await new Promise((resolve, reject) => server.on("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    names: packed.map(({ manifest }) => manifest.name),
  };
}

/** The registry that npm is set to. */
export function registryOfNpm() {
  return execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
}

function readPackage(folder, file) {
  const path = join(folder, file);
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", path, "package/package.json"], { encoding: "utf8" }),
  );
  return { file, manifest, tarball: readFileSync(path) };
}

/** What npm asks a registry about a package. */
function describe({ file, manifest, tarball }, origin) {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const dist = { integrity, tarball: `${origin}/-/${file}` };
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
