#include "sagespark/container/linear_learner/linear_learner_algorithm.h"
#include "sagespark/container/program/container_main.h"

int main(int argc, char** argv) {
  return sagespark::container::ContainerMain(sagespark::container::LinearLearnerAlgorithm(), argc, argv);
}
