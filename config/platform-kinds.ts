/** The kinds a platform can be registered as; those of the core, which config does not enter. */
export const PLATFORM_KINDS = ['cloudfoundry', 'korifi', 'kubernetes', 'crossplane', 'other'] as const;
