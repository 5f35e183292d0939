/* What a program that is started from a difficult host finds: the test starts itself. */
#include "check.h"
#include "link/genuine.h"
#include "link/launch.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* In the child: writes what it finds to the control socket, a line each. */
static int child(const char *parent) {
  FILE *out = fdopen(3, "w");
  if (!out)
    return 1;
  fprintf(out, "parent %d\n", atoi(parent) == getppid());
  fprintf(out, "group %d\n", getpgrp() == getpid());
  int open_files = 0;
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *e; folder && (e = readdir(folder));)
    open_files += e->d_name[0] != '.' && atoi(e->d_name) != dirfd(folder);
  fprintf(out, "files %d\n", open_files);
  char target[64] = "";
  (void)!readlink("/proc/self/fd/2", target, sizeof target - 1);
  fprintf(out, "stderr %s\n", target);
  sigset_t mask;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  int changed = 0;
  for (int s = 1; s < 32; s++) {
    struct sigaction action;
    if (s == SIGSEGV || s == SIGBUS || s == SIGFPE)
      continue; /* the sanitizers' own */
    changed += sigismember(&mask, s) == 1;
    changed += sigaction(s, NULL, &action) == 0 && action.sa_handler != SIG_DFL;
  }
  fprintf(out, "signals %d\n", changed);
  for (char **v = environ; *v; v++)
    fprintf(out, "env %s\n", *v);
  fclose(out);
  return 0;
}

/* A file, and a pipe in its place, which is not waited for. */
static void test_genuine(void) {
  char path[] = "/tmp/impasto-test-XXXXXX";
  struct sentence why;
  int fd = mkstemp(path);
  CHECK(fd >= 0 && write(fd, "abc", 3) == 3 && close(fd) == 0);
  CHECK(genuine(path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", &why));
  CHECK(!genuine(path, "", &why) && strstr(why.text, path) && strstr(why.text, "sha256"));
  CHECK(unlink(path) == 0 && mkfifo(path, 0600) == 0);
  CHECK(!genuine(path, "", &why) && strstr(why.text, path));
  CHECK(unlink(path) == 0);
  CHECK(!genuine(path, "", &why) && strstr(why.text, "No such file"));
}

int main(int count, char **arguments) {
  if (count == 3 && strcmp(arguments[1], "--parent") == 0)
    return child(arguments[2]);

  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  struct rlimit higher = {100000, limit.rlim_max < 100000 ? 100000 : limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &higher) != 0) { /* not root: as far as it goes */
    higher = (struct rlimit){limit.rlim_max, limit.rlim_max};
    CHECK(setrlimit(RLIMIT_NOFILE, &higher) == 0);
  }
  rlim_t wanted = higher.rlim_cur;
  for (int i = 0; i < (wanted < 2200 ? 200 : 2000); i++)
    CHECK(open("/dev/null", O_RDONLY) >= 0); /* inherited unless somebody closes them */
  if (wanted > 90000)
    CHECK(dup2(2, 90000) == 90000);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  clearenv();
  setenv("HOME", "/home/artist", 1);
  setenv("LD_LIBRARY_PATH", "/opt/foreign", 1);
  setenv("LD_PRELOAD", "", 1);
  setenv("HOMELESS", "1", 1);
  setenv("IMPASTO_DEVICE", "cpu", 1);
  setenv("VK_ICD_FILENAMES", "/x.json", 1);
  setenv("XDG_DATA_HOME", "/home/artist/data", 1);
  setenv("OCIO", "/show/config.ocio", 1);

  /* The socket at every number that the child needs for itself. */
  for (int at = 0; at < 5; at++) {
    int ends[2];
    pid_t pid = 0;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    int control = ends[1];
    if (at < 4 && at != 2) {
      control = dup2(ends[1], at);
      close(ends[1]);
    }
    CHECK(launch_program("/proc/self/exe", control, &pid) == 0);
    close(control);
    char text[8192];
    size_t size = 0;
    ssize_t n;
    while (size < sizeof text - 1 &&
           (n = read(ends[0], text + size, sizeof text - 1 - size)) > 0)
      size += (size_t)n;
    text[size] = 0;
    static const char want[] = "parent 1\ngroup 1\nfiles 4\nstderr /dev/null\nsignals 0\n"
                               "env HOME=/home/artist\nenv IMPASTO_DEVICE=cpu\n"
                               "env VK_ICD_FILENAMES=/x.json\n"
                               "env XDG_DATA_HOME=/home/artist/data\n";
    if (strcmp(text, want) != 0)
      fprintf(stderr, "from descriptor %d the child found\n%s", control, text);
    CHECK(strcmp(text, want) == 0);
    close(ends[0]);
    for (int i = 0; i < 100 && waitpid(pid, NULL, WNOHANG) == 0; i++)
      (void)poll(NULL, 0, 10);
  }

  test_genuine();
  pid_t pid = 0;
  CHECK(launch_program("/there/is/no/such/program", 0, &pid) != 0);
  struct sentence why;
  launch_note_path("/somewhere/Impasto.ofx.bundle");
  CHECK(!launch_host(0, &pid, &why));
  CHECK(strstr(why.text, "/somewhere/Impasto.ofx.bundle/Contents/") != NULL);
  return check_failures != 0;
}
