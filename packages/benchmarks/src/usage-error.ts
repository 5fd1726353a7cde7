/** What is wrong with the arguments, in words for who typed them. */
export class UsageError extends Error {}
