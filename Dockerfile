# No build step: Node runs the sources as they are.
FROM node:24-slim
ENV NODE_ENV=production
# For `type: ipmi`.
RUN apt-get update && apt-get install -y --no-install-recommends ipmitool && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/switchover
COPY package.json package-lock.json .npmrc LICENSE ./
# Without scripts: the only one would fetch a second Node, and this image has one.
RUN npm install --omit=dev --ignore-scripts
COPY schemas schemas
COPY src src
# The file store lies on a volume that belongs to the unprivileged user.
RUN mkdir -p /var/lib/switchover && chown node:node /var/lib/switchover
USER node
VOLUME /var/lib/switchover
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/health/live').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/switchover/src/main.ts"]
CMD ["serve", "--config", "/etc/switchover/switchover.yaml"]
