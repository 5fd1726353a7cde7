import { defineConfig } from "vite";

// For Node, in one file, with all dependencies inside.
export default defineConfig({
  build: { ssr: "src/main.ts", target: "node22", outDir: "dist/vite", minify: true },
  ssr: { noExternal: true },
});
