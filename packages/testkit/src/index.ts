export * from './fixtures/greenhouses.ts';
export * from './fixtures/orders.ts';
export * from './fixtures/tokens.ts';
export * from './test-server.ts';
