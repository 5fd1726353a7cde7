/** How a package manager is told things. */
export interface Installer {
  readonly install: string;
  /** Before the name of a script. */
  readonly run: string;
  /** Before the name of a program of a dependency. */
  readonly execute: string;
}

const installers: Readonly<Record<string, Installer>> = {
  npm: { install: "npm install", run: "npm run", execute: "npx" },
  pnpm: { install: "pnpm install", run: "pnpm run", execute: "pnpm exec" },
  yarn: { install: "yarn install", run: "yarn run", execute: "yarn exec" },
  bun: { install: "bun install", run: "bun run", execute: "bunx" },
};

/** The one that started this process, as its `npm_config_user_agent` tells; npm, if none did. */
export function detectInstaller(userAgent: string | undefined): Installer {
  const name = /^\w+/.exec(userAgent ?? "")?.[0] ?? "npm";
  return installers[name] ?? installers["npm"]!;
}

/** A text that speaks of npm, in the words of another. */
export function inWordsOf({ install, run, execute }: Installer, text: string): string {
  if (run === "npm run") return text;
  return text
    .replaceAll(/\bnpm install\b/g, install)
    .replaceAll(/\bnpm (?:run )?(\w+)(?=[\n`])/g, `${run} $1`)
    .replaceAll(/\bnpx /g, `${execute} `);
}
