// Preloaded into an OFX host to make it one of the difficult ones. Environment:
//   GUEST_IGNORE_SIGCHLD=1   children are reaped by the kernel: waitpid finds none
//   GUEST_FORK_WHEN=FILE     once FILE exists, a copy of the process is forked that lives on
//                            with every descriptor open and writes its pid to FILE.pid
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int exists(const char *path) { return access(path, F_OK) == 0; }

static void *watch(void *unused) {
    const char *file = getenv("GUEST_FORK_WHEN");
    int ignore = getenv("GUEST_IGNORE_SIGCHLD") != NULL;
    (void)unused;
    for (;;) {
        if (ignore)
            signal(SIGCHLD, SIG_IGN); // again and again: a runtime may install its own handler
        if (file && exists(file)) {
            pid_t copy = fork();
            if (copy == 0)
                for (;;)
                    pause();
            char path[4096], part[4096];
            snprintf(path, sizeof path, "%s.pid", file);
            snprintf(part, sizeof part, "%s.part", file);
            FILE *out = fopen(part, "w");
            if (out) {
                fprintf(out, "%d\n", (int)copy);
                fclose(out);
                rename(part, path); // whole, or not there
            }
            file = NULL;
        }
        usleep(10000);
    }
    return NULL;
}

__attribute__((constructor)) static void start(void) {
    pthread_t thread;
    if (getenv("GUEST_FORK_WHEN") || getenv("GUEST_IGNORE_SIGCHLD"))
        pthread_create(&thread, NULL, watch, NULL);
}
