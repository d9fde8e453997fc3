import { defineConfig } from 'vitest/config';

/** What takes minutes runs in `npm run test:long`; what measures a whole machine has it for itself there, at the end. */
const inItself = '**/*.alone.long.test.ts';
const isLong = Boolean(process.env.TIDEWAY_LONG);

export default defineConfig({
  test: {
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    // For what hangs. What comes sooner is not waited for, and a busy machine is several times slower than an idle one.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    maxWorkers: 2,
    // A worker reads the programs once for all its files: 155 s for those of the server, 209 s with a process for each file.
    isolate: false,
    unstubEnvs: true,
    setupFiles: ['packages/testkit/src/leave-as-found.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: isLong ? [inItself] : ['**/*.long.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      ...(isLong
        ? [{ extends: true as const, test: { name: 'alone', include: [inItself], sequence: { groupOrder: 1 } } }]
        : []),
    ],
  },
});
