/** The database cannot be used, and a person has to do something about it: the message says what. */
export class StoreUnusable extends Error {}
