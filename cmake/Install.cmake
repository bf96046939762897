# What `cmake --install` puts where.
install(TARGETS fieldgate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
