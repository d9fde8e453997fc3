export * from './fixtures/tokens.ts';
export * from './test-server.ts';
