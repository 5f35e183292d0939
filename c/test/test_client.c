/* The connection to the real impasto-host under ThreadSanitizer: many threads that ask at once and
 * stop at any moment, while the host is killed now and then. Every answer that is not stopped has
 * to be right, whatever happened meanwhile. */
#include "bank.h"
#include "check.h"
#include "host_sum.h"
#include "link/client.h"
#include "link/launch.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, FRAMES = 300 };
enum { WIDTH = 48, HEIGHT = 32, SIZE = WIDTH * HEIGHT * 16, OFFSET = 24576 };

static const struct setting controls[] = {
    {"mix", GOES_WITH_PLATE, SETTING_NUMBER, {1}, NULL},
    {"detail", GOES_INTO_SIZE, SETTING_NUMBER, {1}, NULL},
    {"textureScale", GOES_INTO_SIZE, SETTING_NUMBER, {1}, NULL},
    {"kind", GOES_INTO_DEVICE, SETTING_TEXT, {0}, DEVICE_CPU},
};
static const struct settings settings = {controls, sizeof controls / sizeof *controls};

static unsigned char expected[SIZE];
static atomic_int painted, failed, running;

struct patience {
  int calls; /* until it stops; -1: never */
};

static bool stop(void *context, double fraction) {
  struct patience *p = context;
  (void)fraction;
  return p->calls >= 0 && p->calls-- == 0;
}

/* A gradient, the same every time. */
static void fill(unsigned char *pixels) {
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    float rgba[] = {(float)(i % WIDTH) / WIDTH, (float)i / (WIDTH * HEIGHT), 0.25f, 1};
    memcpy(pixels + 16 * i, rgba, sizeof rgba);
  }
}

static enum outcome paint(double frame, int calls, unsigned char *result, struct sentence *why) {
  struct render_request request = {.style = bank[0].id,
                                   .style_b = "",
                                   .frame = frame,
                                   .scale = {1, 1},
                                   .pixel_aspect = 1,
                                   .settings = settings,
                                   .pictures =
                                       {[PICTURE_PLATE] = {.window = {0, 0, WIDTH, HEIGHT},
                                                           .channels = 4,
                                                           .row_bytes = WIDTH * 16,
                                                           .space = SPACE_LINEAR,
                                                           .premultiplied = true},
                                        [PICTURE_OUTPUT] = {.window = {0, 0, WIDTH, HEIGHT},
                                                            .channels = 4,
                                                            .row_bytes = WIDTH * 16,
                                                            .offset = OFFSET}}};
  struct patience patience = {calls};
  struct waiter waiter = {stop, &patience};
  struct answer answer;
  struct shm *memory = shm_take(OFFSET + SIZE);
  fill(memory->data);
  enum outcome outcome = client_render(&request, &memory, &waiter, &answer);
  if (outcome == OUTCOME_DONE) {
    memcpy(result, memory->data + OFFSET, SIZE);
    shm_keep(memory);
  } else {
    shm_free(memory);
  }
  *why = answer.why;
  return outcome;
}

static void *work(void *number) {
  unsigned seed = (unsigned)(uintptr_t)number;
  unsigned char *result = malloc(SIZE);
  for (int i = 0; i < FRAMES; i++) {
    struct sentence why;
    int calls = rand_r(&seed) % 3 == 0 ? (int)(rand_r(&seed) % 8) : -1;
    enum outcome outcome = paint(i, calls, result, &why);
    if (outcome == OUTCOME_DONE) {
      atomic_fetch_add(&painted, 1);
      if (memcmp(result, expected, SIZE) != 0)
        atomic_fetch_add(&failed, 1);
    } else if (outcome == OUTCOME_FAILED) {
      fprintf(stderr, "%s\n", why.text);
      atomic_fetch_add(&failed, 1);
    }
  }
  free(result);
  atomic_fetch_sub(&running, 1);
  return NULL;
}

/* The one child of ours. */
static pid_t host_process(void) {
  char path[64];
  int pid = 0;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  DIR *tasks = opendir("/proc/self/task");
  for (struct dirent *e; tasks && pid == 0 && (e = readdir(tasks));) {
    snprintf(path, sizeof path, "/proc/self/task/%.16s/children", e->d_name);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%d", &pid) != 1)
      pid = 0;
    if (f)
      fclose(f);
  }
  if (tasks)
    closedir(tasks);
  return pid;
}

/* A fork without exec starts afresh, and leaves its parent's connection alone. */
static void test_fork(void) {
  unsigned char result[SIZE];
  struct sentence why;
  pid_t before = host_process(), child = fork();
  if (child == 0) {
    check_failures = 0;
    CHECK(paint(0, -1, result, &why) == OUTCOME_DONE && memcmp(result, expected, SIZE) == 0);
    CHECK(host_process() > 0 && host_process() != before);
    client_close();
    CHECK(host_process() == 0);
    _exit(check_failures != 0);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(host_process() == before);
  CHECK(paint(0, -1, result, &why) == OUTCOME_DONE && memcmp(result, expected, SIZE) == 0);
  CHECK(host_process() == before);
}

int main(void) {
  if (access(BUNDLE_PROGRAMS "/impasto-host", X_OK) != 0) {
    fprintf(stderr, "skipped: " BUNDLE_PROGRAMS "/impasto-host is not built\n");
    return 77;
  }
  launch_note_path(BUNDLE_PROGRAMS "/Impasto.ofx"); /* as some hosts have it */
  launch_expect(HOST_SHA256);

  struct sentence why;
  enum outcome first = paint(0, -1, expected, &why);
  if (first != OUTCOME_DONE)
    fprintf(stderr, "%s\n", why.text);
  CHECK(first == OUTCOME_DONE);
  CHECK(paint(0, 0, expected, &why) == OUTCOME_STOPPED);

  struct patience patience = {-1};
  struct waiter waiter = {stop, &patience};
  struct answer answer;
  CHECK(client_prepare(bank[0].name, &settings, &waiter, &answer) == OUTCOME_DONE);
  CHECK(client_prepare("no such style", &settings, &waiter, &answer) == OUTCOME_FAILED &&
        strstr(answer.why.text, "no such style"));

  test_fork();

  pthread_t threads[THREADS];
  atomic_store(&running, THREADS);
  for (uintptr_t i = 0; i < THREADS; i++)
    CHECK(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
  int kills = 0;
  while (atomic_load(&running) > 0) {
    (void)poll(NULL, 0, 5);
    /* Now and then: three deaths are a frame's end. */
    if (kills < 4 && atomic_load(&painted) > 150 * (kills + 1)) {
      pid_t pid = host_process();
      if (pid > 0)
        kill(pid, SIGKILL), kills++;
    }
  }
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  CHECK(atomic_load(&failed) == 0 && atomic_load(&painted) > FRAMES && kills > 0);

  pid_t pid = host_process();
  CHECK(pid > 0);
  client_close();
  shm_purge();
  CHECK(host_process() == 0); /* gone, and reaped */
  return check_failures != 0;
}
