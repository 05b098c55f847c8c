// tus-js-client, as a program: uploads the file that the first argument (JSON) names, and prints its address.
const { createReadStream } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const { Upload } = createRequire(join(__dirname, "../../frontend/package.json"))("tus-js-client");

const { file, ...options } = JSON.parse(process.argv[2]);

const upload = new Upload(createReadStream(file), {
    ...options,
    retryDelays: Array(1000).fill(5),
    onError(error) {
        console.error(error.message);
        process.exitCode = 1;
    },
    onSuccess: () => console.log(upload.url),
});
upload.start();
