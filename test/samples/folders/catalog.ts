/** GET /v2/catalog. Make ids with `uuidgen`, once: platforms know an offering and its plans by them for ever. */
export const CATALOG = {
  services: [
    {
      id: '7f6a8e0e-3c55-4b0a-9c55-0a6b6f6f2f51',
      name: 'folders',
      description: 'A folder on a shared disk',
      bindable: true,
      plans: [
        {
          id: '0f3f2c8a-6f0b-4a0e-8f5b-5a1f2d9b7c10',
          name: 'standard',
          description: 'As much space as the disk has',
          free: true,
        },
      ],
    },
  ],
};
