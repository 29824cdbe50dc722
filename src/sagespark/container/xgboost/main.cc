#include "sagespark/container/program/container_main.h"
#include "sagespark/container/xgboost/xgboost_algorithm.h"

int main(int argc, char** argv) {
  return sagespark::container::ContainerMain(sagespark::container::XGBoostAlgorithm(), argc, argv);
}
