export default async () => {
  await globalThis.stopServers?.();
  globalThis.stopServers = undefined;
};
