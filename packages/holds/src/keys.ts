/** The hash tag keeps a subscriber's keys together, and spreads the subscribers over the nodes of a cluster. */
export const holdKey = (subscriber: string) => `relay:hold:{${subscriber}}`;

/** The names of all subscribers that ever were on hold, so that those no configuration names any more are found. */
export const holdsKey = 'relay:holds';

/** Pub/sub channel on which every change is said by the name of its subscriber. */
export const holdsChannel = 'relay:holds';
