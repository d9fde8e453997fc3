export * from './fixtures/device-fleet.ts';
export * from './fixtures/flow-files.ts';
export * from './fixtures/greenhouses.ts';
export * from './fixtures/orders.ts';
export * from './fixtures/tokens.ts';
export * from './scripted-device.ts';
export * from './stage.ts';
export * from './test-server.ts';
