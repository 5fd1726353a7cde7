// Puts a server that tests need, or the library that fakes the wall clock, into node_modules/.cache and prints its path:
//   node scripts/get-server.mjs consul|etcd|faketime
//
// They come from Debian, through apt, out of the mirror that this machine's own sources name. apt works on lists
// and a state of its own here, so the machine stays as it is and root is not needed.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** The last Debian release that has each. */
const servers = {
  consul: { package: "consul", suite: "bullseye", program: "usr/bin/consul", proof: ["version"] },
  etcd: { package: "etcd-server", suite: "bookworm", program: "usr/bin/etcd", proof: ["--version"] },
  faketime: { package: "libfaketime", suite: "bookworm", program: "usr/lib/*/faketime/libfaketime.so.1" },
};

const [name] = process.argv.slice(2);
const server = servers[name];
if (!server) throw new Error(`usage: node scripts/get-server.mjs ${Object.keys(servers).join("|")}`);

const cache = join(dirname(import.meta.dirname), "node_modules", ".cache", "servers");
const folder = join(cache, name);
if (!findProgram(folder)) fetchServer();
console.log(findProgram(folder));

/** The folder of a library is called after the kind of machine. */
function findProgram(unpacked) {
  return globSync(join(unpacked, server.program))[0];
}

function fetchServer() {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "fetch-"));
  try {
    const options = writeAptState(work);
    const apt = (...command) =>
      execFileSync("apt-get", ["-qq", ...options, ...command], {
        cwd: work,
        stdio: ["ignore", "ignore", "pipe"],
      });
    apt("update");
    apt("download", server.package);
    const [archive] = globSync(`${server.package}_*.deb`, { cwd: work });
    execFileSync("dpkg", ["-x", archive, "unpacked"], { cwd: work });
    const program = findProgram(join(work, "unpacked"));
    if (server.proof) execFileSync(program, server.proof, { stdio: "ignore" });
    moveTo(folder, join(work, "unpacked"));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Does nothing when somebody who was quicker has put the same there. */
function moveTo(target, source) {
  try {
    renameSync(source, target);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
}

/** An apt of its own in the given folder, as options for apt-get. */
function writeAptState(work) {
  for (const path of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(work, path), { recursive: true });
  const [keyring] = globSync("/usr/share/keyrings/debian-archive-keyring.{gpg,pgp}");
  if (!keyring) throw new Error("there is no debian-archive-keyring on this machine");
  const source = `deb [signed-by=${keyring}] ${findMirror()} ${server.suite} main\n`;
  writeFileSync(join(work, "sources.list"), source);
  writeFileSync(join(work, "status"), "");
  const settings = {
    "Dir::Etc::sourcelist": join(work, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "Dir::State": join(work, "state"),
    "Dir::State::status": join(work, "status"),
    "Dir::Cache": join(work, "cache"),
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "root",
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

/** The first mirror in the machine's sources, of either form, that is not the archive of security updates. */
function findMirror() {
  const files = ["/etc/apt/sources.list", ...globSync("/etc/apt/sources.list.d/*.{sources,list}")];
  for (const path of files.filter((file) => existsSync(file))) {
    const lines = readFileSync(path, "utf8").split("\n");
    const words = lines.filter((line) => /^(URIs:|deb )/.test(line)).flatMap((line) => line.split(/\s+/));
    const mirror = words.find((word) => /^[a-z+]+:\/\//.test(word) && !word.includes("security"));
    if (mirror) return mirror;
  }
  throw new Error("this machine's apt sources name no Debian mirror");
}
