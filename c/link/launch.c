#include "launch.h"

#include "genuine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PROGRAM "impasto-host"
#define PLATFORM "Contents/" IMPASTO_PLATFORM

enum { PATH_SIZE = 4096, FIRST_SPARE = 4 };

extern char **environ;

/* --- Where the program is ----------------------------------------------------------------- */

static char plugin_path[PATH_SIZE];

void launch_note_path(const char *path) {
  if (strlen(path) < sizeof plugin_path)
    strcpy(plugin_path, path);
}

static bool beside(char *to, const char *file) {
  const char *slash = strrchr(file, '/');
  int folder = slash ? (int)(slash - file) : 0;
  int n = snprintf(to, PATH_SIZE, "%.*s/" PROGRAM, folder, file);
  return slash && n < PATH_SIZE;
}

/* Of the file that this function was loaded from. dladdr is the usual way; it is from 2.34. */
static bool own_path(char *to) {
  bool found = false;
  uintptr_t self = (uintptr_t)&own_path;
  char *line = NULL;
  size_t room = 0;
  FILE *maps = fopen("/proc/self/maps", "re");
  if (!maps)
    return false;
  while (!found && getline(&line, &room, maps) > 0) {
    char *end;
    uintptr_t first = strtoull(line, &end, 16);
    uintptr_t last = *end == '-' ? strtoull(end + 1, NULL, 16) : 0;
    char *path = strchr(line, '/');
    if (self < first || self >= last || !path)
      continue;
    path[strcspn(path, "\n")] = 0;
    found = beside(to, path);
  }
  free(line);
  (void)fclose(maps);
  return found;
}

/* The first of the candidates that is there, else the first of all, for the sentence. */
static bool program_path(char *to) {
  char candidate[PATH_SIZE];
  bool any = false;
  to[0] = 0;
  for (int i = 0; i < 3; i++) {
    bool made = false;
    if (i < 2 && !plugin_path[0])
      continue;
    if (i == 0)
      made = snprintf(candidate, sizeof candidate, "%s/" PLATFORM "/" PROGRAM, plugin_path) <
             (int)sizeof candidate;
    else if (i == 1)
      made = beside(candidate, plugin_path);
    else
      made = own_path(candidate);
    if (!made)
      continue;
    if (access(candidate, F_OK) == 0) {
      strcpy(to, candidate);
      return true;
    }
    if (!any)
      strcpy(to, candidate);
    any = true;
  }
  return false;
}

/* --- What the program gets ---------------------------------------------------------------- */

/* Nuke and others set LD_LIBRARY_PATH and the like for themselves. Entries that end in _ or = are
 * the start of a name, or a whole one. */
static const char *const passed_on[] = {
    "HOME=",   "USER=",           "LOGNAME=",        "PATH=",           "TMPDIR=",
    "TZ=",     "LANG=",           "LC_ALL=",         "XDG_RUNTIME_DIR=", "XDG_CACHE_HOME=",
    "XDG_STATE_HOME=", "XDG_DATA_HOME=", "IMPASTO_", "VK_", "CUDA_VISIBLE_DEVICES=", "NVIDIA_",
};

static bool is_passed_on(const char *variable) {
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
    if (strncmp(variable, passed_on[i], strlen(passed_on[i])) == 0)
      return true;
  return false;
}

static char **make_environment(void) {
  size_t count = 0;
  while (environ && environ[count])
    count++;
  char **made = calloc(count + 1, sizeof *made);
  size_t used = 0;
  for (size_t i = 0; made && i < count && environ[i]; i++)
    if (is_passed_on(environ[i]))
      made[used++] = environ[i];
  return made;
}

/* Has every descriptor closed: licence sockets, GPU devices and pipes are not the child's business.
 * Not only those that are open now, since other threads open more meanwhile: these take the lowest
 * free numbers, so all small numbers are closed. posix_spawn refuses numbers over the limit. */
static int add_closes(posix_spawn_file_actions_t *files) {
  const long small = 65536;
  int failed = 0;
  long top = 0;
  struct rlimit limit = {1024, 1024};
  (void)getrlimit(RLIMIT_NOFILE, &limit);
  DIR *open = opendir("/proc/self/fd");
  for (struct dirent *entry; open && !failed && (entry = readdir(open));) {
    long n = strtol(entry->d_name, NULL, 10);
    if (n < small)
      top = n > top ? n : top;
    else if ((rlim_t)n < limit.rlim_cur)
      failed = posix_spawn_file_actions_addclose(files, (int)n);
  }
  top = open ? top + 64 : 4096;
  if (open)
    (void)closedir(open);
  for (long n = FIRST_SPARE; n < top && (rlim_t)n < limit.rlim_cur && !failed; n++)
    failed = posix_spawn_file_actions_addclose(files, (int)n);
  return failed;
}

/* --- Starting it -------------------------------------------------------------------------- */

int launch_program(const char *path, int control, pid_t *pid) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  char parent[16], *arguments[] = {(char *)(uintptr_t)path, "--parent", parent, NULL};
  int spare = -1;
  char **environment = make_environment();
  int failed = posix_spawn_file_actions_init(&files);
  if (failed)
    goto no_files;
  failed = posix_spawnattr_init(&attributes);
  if (failed)
    goto no_attributes;

  /* Out of the way of 0 to 3: a descriptor dup2ed onto itself would keep its close-on-exec. */
  spare = fcntl(control, F_DUPFD_CLOEXEC, FIRST_SPARE);
  if (spare < 0 || !environment) {
    failed = spare < 0 ? errno : ENOMEM;
    goto out;
  }
  failed = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
  for (int fd = 1; fd < 3 && !failed; fd++)
    failed = posix_spawn_file_actions_adddup2(&files, 0, fd);
  if (!failed)
    failed = posix_spawn_file_actions_adddup2(&files, spare, 3);
  if (!failed)
    failed = add_closes(&files);

  (void)sigemptyset(&none);
  (void)sigfillset(&all);
  (void)sigdelset(&all, SIGKILL); /* old libcs fail over these two */
  (void)sigdelset(&all, SIGSTOP);
  if (!failed)
    failed = posix_spawnattr_setsigmask(&attributes, &none);
  if (!failed)
    failed = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!failed)
    failed = posix_spawnattr_setpgroup(&attributes, 0);
  if (!failed)
    failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                       POSIX_SPAWN_SETSIGDEF);
  (void)snprintf(parent, sizeof parent, "%ld", (long)getpid());
  if (!failed)
    failed = posix_spawn(pid, path, &files, &attributes, arguments, environment);
out:
  if (spare >= 0)
    (void)close(spare);
  (void)posix_spawnattr_destroy(&attributes);
no_attributes:
  (void)posix_spawn_file_actions_destroy(&files);
no_files:
  free(environment);
  return failed;
}

static const char *expected = "";

void launch_expect(const char *sha256) {
  expected = sha256;
}

bool launch_host(int control, pid_t *pid, struct sentence *why) {
  char path[PATH_SIZE];
  if (!program_path(path)) {
    say(why,
        "Impasto's helper program is missing: %s. The bundle is not complete; install it again.",
        path[0] ? path : PROGRAM);
    return false;
  }
  if (!genuine(path, expected, why))
    return false;
  int failed = launch_program(path, control, pid);
  if (failed)
    say(why, "Impasto's helper program cannot be started: %s: %s.", path, reason_of(failed).text);
  return failed == 0;
}
