/** Stands where a value could not be found out, so that nobody complains about it a second time. */
export const unresolved = Symbol('unresolved');
