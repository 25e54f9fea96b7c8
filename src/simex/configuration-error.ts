/** A setting of the process that cannot be: which, and what it may be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
