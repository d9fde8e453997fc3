/** What to think of before devices are approved. */
export const lookFirst = 'Look at their names first: whoever had the pairing token could join.';
