/** Given instead of a result where the item has to wait for its turn: somebody else holds its row. */
export const again = Symbol('again');
