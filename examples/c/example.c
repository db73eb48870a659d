/* A program that uses omegasafe: example CONFIG_DIR FILE */
#include <omegasafe/omegasafe.h>
#include <stdio.h>
#include <string.h>

/* Says what went wrong and gives the error back; true when nothing did. */
static int worked(int code, omegasafe_error* error) {
    if (code == OMEGASAFE_OK)
        return 1;
    fprintf(stderr, "example: %s: %s\n", error->name, error->sentence);
    if (error->hint)
        fprintf(stderr, "%s\n", error->hint);
    omegasafe_free(error);
    return 0;
}

static int show_progress(void* user, uint64_t done, uint64_t total) {
    (void)user;
    printf("progress: %llu of %llu\n", (unsigned long long)done, (unsigned long long)total);
    return 0; /* anything else stops the call */
}

static int buffer_there_and_back(omegasafe_client* client, const char* key, omegasafe_error** error) {
    static const char secret[] = "a secret in memory";
    uint8_t *encrypted, *back = NULL;
    size_t encrypted_size, back_size;
    char* name = NULL;
    int code = omegasafe_encrypt_buffer(
        client, (const uint8_t*)secret, sizeof secret, "note.txt", key, &encrypted, &encrypted_size, error);
    if (code != OMEGASAFE_OK)
        return code;
    code = omegasafe_decrypt_buffer(client, encrypted, encrypted_size, &back, &back_size, &name, error);
    if (code == OMEGASAFE_OK)
        printf("buffer: %zu bytes, %zu encrypted, back as %s, %s\n", sizeof secret, encrypted_size, name,
            back_size == sizeof secret && memcmp(back, secret, back_size) == 0 ? "identical" : "DIFFERENT");
    omegasafe_free(encrypted);
    omegasafe_free(back);
    omegasafe_free(name);
    return code;
}

static int file_there_and_back(omegasafe_client* client, const char* file, const char* key, omegasafe_error** error) {
    char output[4096], folder[4096], name[256];
    const char* slash = strrchr(file, '/');
    omegasafe_report* report;
    int code;
    snprintf(output, sizeof output, "%s.omegasafe", file);
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - file + 1) : 1, slash ? file : ".");
    snprintf(name, sizeof name, "%.240s.back", slash ? slash + 1 : file);

    code = omegasafe_encrypt_file(client, file, output, key, 0, show_progress, NULL, &report, error);
    if (code != OMEGASAFE_OK)
        return code;
    printf("file: %llu bytes with %llu positions to %s\n", (unsigned long long)report->bytes,
        (unsigned long long)report->positions, report->output);
    omegasafe_free(report);

    code = omegasafe_decrypt_file(client, output, folder, name, 0, show_progress, NULL, &report, error);
    if (code != OMEGASAFE_OK)
        return code;
    printf("file: back in %s\n", report->output);
    omegasafe_free(report);
    return OMEGASAFE_OK;
}

static void refused(omegasafe_client* client, const char* file) {
    omegasafe_error* error;
    if (omegasafe_encrypt_file(client, file, "/nowhere/at/all", "no UUID", 0, NULL, NULL, NULL, &error) != OMEGASAFE_OK)
        printf("refused: %s: %s\n", error->name, error->sentence);
    omegasafe_free(error);
}

int main(int argc, char** argv) {
    omegasafe_client* client;
    omegasafe_keys* keys = NULL;
    omegasafe_error* error;
    int code;
    size_t i;
    if (argc != 3) {
        fprintf(stderr, "usage: example CONFIG_DIR FILE\n");
        return OMEGASAFE_USAGE;
    }
    code = omegasafe_open(argv[1], 0, NULL, NULL, &client, &error);
    if (!worked(code, error))
        return code;
    code = omegasafe_list_keys(client, &keys, &error);
    if (code == OMEGASAFE_OK && keys->count == 0) {
        fprintf(stderr, "example: there is no key; make one with omegasafe create-key.\n");
        code = OMEGASAFE_KEY_UNKNOWN;
    } else if (worked(code, error)) {
        const char* key = keys->keys[0]->key_uuid;
        for (i = 0; i < keys->count; ++i)
            printf("key %s %s: %s positions left\n", keys->keys[i]->key_uuid, keys->keys[i]->name,
                keys->keys[i]->remaining ? keys->keys[i]->remaining : "?");
        code = buffer_there_and_back(client, key, &error);
        if (worked(code, error)) {
            code = file_there_and_back(client, argv[2], key, &error);
            worked(code, error);
        }
        refused(client, argv[2]);
    }
    omegasafe_free(keys);
    omegasafe_close(client, NULL);
    return code;
}
