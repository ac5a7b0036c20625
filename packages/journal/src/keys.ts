/** Every key of an endpoint carries the hash tag `{endpoint}`, so that one script may change them together. */
export const logKey = (endpoint: string) => `relay:{${endpoint}}:log`;
export const totalsKey = (endpoint: string) => `relay:{${endpoint}}:totals`;
export const cursorKey = (endpoint: string, subscriber: string) => `relay:{${endpoint}}:cursor:${subscriber}`;
export const openKey = (endpoint: string, subscriber: string) => `relay:{${endpoint}}:open:${subscriber}`;
export const recordKey = (endpoint: string, entry: string) => `relay:{${endpoint}}:record:${entry}`;
/** A subscriber's dead letters. */
export const deadKey = (endpoint: string, subscriber: string) => `relay:{${endpoint}}:dead:${subscriber}`;
/** How far a replay has come, and the ids of all of an endpoint. */
export const courseKey = (endpoint: string, replay: string) => `relay:{${endpoint}}:replay:${replay}`;
export const replaysKey = (endpoint: string) => `relay:{${endpoint}}:replays`;
/** A body that outlived the log because a delivery of it is still open. */
export const heldKey = (endpoint: string, entry: string) => `relay:{${endpoint}}:held:${entry}`;
/** Written to see whether Redis takes writes now. */
export const probeKey = (endpoint: string) => `relay:{${endpoint}}:probe`;
/** A bucket of look-ups. */
export const findKey = (endpoint: string, bucket: string) => `relay:{${endpoint}}:find:${bucket}`;

/** The names of all endpoints that ever had a log, so that those no configuration names any more are looked after. */
export const endpointsKey = 'relay:endpoints';

/** What workers have written down of the configuration that they applied last. */
export const inForceKey = 'relay:configuration';

/** Pub/sub channel on which keep says that an endpoint has something new. */
export const bellChannel = 'relay:bell';
